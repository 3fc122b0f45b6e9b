/** One training by several processes: rank 0 decides, the others follow. */
package io.mocov3.actors.ranks;
