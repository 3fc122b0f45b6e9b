/** Opens a data set by its format. */
package io.mocov3.augment.dataset;
