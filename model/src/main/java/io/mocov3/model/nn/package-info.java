/** Weights and the layers made of them, without a network's configuration. */
package io.mocov3.model.nn;
