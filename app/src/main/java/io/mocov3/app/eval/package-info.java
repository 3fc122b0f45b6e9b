/** The commands that judge a model. */
package io.mocov3.app.eval;
