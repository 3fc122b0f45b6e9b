/** Event files that TensorBoard reads. */
package io.mocov3.app.tensorboard;
