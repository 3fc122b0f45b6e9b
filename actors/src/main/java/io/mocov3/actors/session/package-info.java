/** The state of training between messages and its steps, without actors. */
package io.mocov3.actors.session;
