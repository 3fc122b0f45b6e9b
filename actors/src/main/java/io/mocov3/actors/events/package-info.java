/** What happens to a training, and who is told. */
package io.mocov3.actors.events;
