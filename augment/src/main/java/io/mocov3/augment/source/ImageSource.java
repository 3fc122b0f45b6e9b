package io.mocov3.augment.source;

import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.batch.EpochOrder;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.NeededRows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A set of images with random access, labelled or not; safe for use by many threads. */
public interface ImageSource extends AutoCloseable {

  /** Number of samples, at least 1. */
  int size();

  /** What {@link #label} says of a sample without one. */
  int NO_LABEL = -1;

  /** Names of the classes, in the order of the labels; empty when nothing is labelled. */
  List<String> classNames();

  /** Class of a sample, an index into {@link #classNames()}, or {@link #NO_LABEL}. */
  int label(int index);

  /** Name of a sample's class; empty without one. */
  default String className(int index) {
    return isLabelled() ? classNames().get(label(index)) : "";
  }

  /** Whether the samples have classes. */
  default boolean isLabelled() {
    return !classNames().isEmpty();
  }

  /** The order in which training visits the samples. */
  default EpochOrder order() {
    return EpochOrder.permutation(size());
  }

  /** Stable name of a sample for logs and quarantine. */
  String id(int index);

  /** The file that holds the sample and nothing else; empty where there is none. */
  default Optional<Path> file(int index) {
    return Optional.empty();
  }

  /**
   * Looks whether the storage of the images is there, without decoding one.
   *
   * @throws SourceUnavailableException when it is not
   */
  default void requireAvailable() {}

  /**
   * Reads and decodes a sample onto the canvas; bad data is an {@link Decoded.Undecodable}, never
   * an exception.
   *
   * @throws SourceUnavailableException when the storage of the images is not there
   */
  Decoded decode(int index, Canvas canvas);

  /** The same where only the first rows are needed; the others may be missing. */
  default Decoded decode(int index, Canvas canvas, NeededRows needed) {
    return decode(index, canvas);
  }

  /** The same with pixels of its own. */
  default Decoded decode(int index) {
    Decoded decoded = decode(index, Canvas.ofThread());
    return decoded instanceof Decoded.Image image ? image.onHeap() : decoded;
  }

  @Override
  void close();
}
