package io.mocov3.model.backbone;

/** The shape of a backbone: square images in, features (N, {@link #width}) out. */
public sealed interface BackboneConfig permits VitConfig, ResNetConfig {

  int imageSize();

  /** The same network on images of another size. */
  BackboneConfig at(int size);

  /** Of the features. */
  int width();

  /** The reference's name of the projector, which stands where the classifier would. */
  String projectorName();

  /** Whether a BatchNorm makes the features of an image depend on the others of its batch. */
  boolean couplesSamples();
}
