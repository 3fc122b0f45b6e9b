/** What is told of a training, and to whom: the terminal, files, metrics, the page, probes. */
package io.mocov3.app.observe;
