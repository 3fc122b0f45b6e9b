/** Pictures for people: views of a data set, neighbours of an image. */
package io.mocov3.augment.sheet;
