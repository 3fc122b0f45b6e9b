/** The metrics port in the domain's words, and its Micrometer adapter. */
package io.mocov3.metrics;
