/** The two views of an image: drawn, then made; and the one view for evaluation. */
package io.mocov3.augment.view;
