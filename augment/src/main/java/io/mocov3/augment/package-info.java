/** Images in, two augmented views out, on OpenCV. Knows nothing of tensors, actors or metrics. */
package io.mocov3.augment;
