/** How much memory a training will take, and whether the machine has it. */
package io.mocov3.app.memory;
