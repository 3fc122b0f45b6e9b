/** Which images make a batch, in which order, and the memory they are written to. */
package io.mocov3.augment.batch;
