/** What an operator may ask of a running training, and what comes of it. */
package io.mocov3.actors.control;
