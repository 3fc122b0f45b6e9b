/** Decides on what was measured: spikes, dips, numbers that are not finite. */
package io.mocov3.actors.stability;
