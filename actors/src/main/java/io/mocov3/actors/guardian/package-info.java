/** Starts the actors, passes their references, and decides what follows when one fails. */
package io.mocov3.actors.guardian;
