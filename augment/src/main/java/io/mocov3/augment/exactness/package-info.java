/** Views against those of the reference. */
package io.mocov3.augment.exactness;
