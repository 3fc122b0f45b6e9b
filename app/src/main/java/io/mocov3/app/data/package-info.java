/**
 * Data sets: opening those of an experiment, and the commands that make, check and measure them.
 */
package io.mocov3.app.data;
