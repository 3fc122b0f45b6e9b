/** Losses, one file each. */
package io.mocov3.model.loss;
