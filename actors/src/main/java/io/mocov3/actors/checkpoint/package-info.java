/** Writing checkpoints: when, by whom, and how long one that fails is tried again. */
package io.mocov3.actors.checkpoint;
