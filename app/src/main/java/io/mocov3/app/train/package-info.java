/** The commands about a training: begin, fork, sweep, replay, report, doctor. */
package io.mocov3.app.train;
