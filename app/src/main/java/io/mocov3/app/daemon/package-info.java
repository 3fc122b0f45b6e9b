/** A training as a process: assembled, resumed, told to end, reported. */
package io.mocov3.app.daemon;
