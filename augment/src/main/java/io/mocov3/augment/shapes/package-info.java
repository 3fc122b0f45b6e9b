/** The built-in images: drawn, so that nothing has to be downloaded. */
package io.mocov3.augment.shapes;
