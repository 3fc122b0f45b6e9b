/** One operation on pixels a file, as the paper names them. */
package io.mocov3.augment.operation;
