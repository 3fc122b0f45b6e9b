/** How much memory and arithmetic a network and a step on it take, without making them. */
package io.mocov3.model.memory;
