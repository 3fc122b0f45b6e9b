/** Checkpoints on disk that are either whole or not there. */
package io.mocov3.model.checkpoint;
