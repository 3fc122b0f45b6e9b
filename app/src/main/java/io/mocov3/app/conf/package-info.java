/**
 * HOCON files: an experiment in layers over the defaults, with includes, and what is wrong with
 * one.
 */
package io.mocov3.app.conf;
