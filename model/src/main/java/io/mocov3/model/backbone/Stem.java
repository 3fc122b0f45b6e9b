package io.mocov3.model.backbone;

/** What makes tokens of pixels: one linear map of each patch, or a stack of convolutions. */
public enum Stem {
  PATCH,
  CONV
}
