/** Detectors for what goes wrong silently: gradient spikes and dips of curves. No tensors. */
package io.mocov3.model.stability;
