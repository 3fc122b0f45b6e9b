/** Several processes that make one step together. */
package io.mocov3.model.distributed;
