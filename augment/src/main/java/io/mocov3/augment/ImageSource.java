package io.mocov3.augment;

import java.util.List;

/** A labelled set of images with random access; safe for use by many threads. */
public interface ImageSource extends AutoCloseable {

  /** Number of samples, at least 1. */
  int size();

  /** Names of the classes, in the order of the labels. */
  List<String> classNames();

  /** Class of a sample, an index into {@link #classNames()}. */
  int label(int index);

  /** Stable name of a sample for logs and quarantine. */
  String id(int index);

  /** Reads and decodes a sample; bad data is an {@link Decoded.Undecodable}, never an exception. */
  Decoded decode(int index);

  @Override
  void close();
}
