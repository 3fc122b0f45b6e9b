/** Behaviors, streams and supervision: who owns what, and who waits for whom. */
package io.mocov3.actors;
