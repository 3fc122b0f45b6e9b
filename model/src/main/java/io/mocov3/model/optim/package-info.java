/** Optimizers, clips and schedules of the learning rate. */
package io.mocov3.model.optim;
