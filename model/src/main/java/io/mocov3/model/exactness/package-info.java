/** Runs reference fixtures: what PyTorch computed, beside what this machine computes. */
package io.mocov3.model.exactness;
