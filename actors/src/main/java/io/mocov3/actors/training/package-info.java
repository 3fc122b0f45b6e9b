/** The trainer, the momentum encoder and the checkpointer: a step as messages. */
package io.mocov3.actors.training;
