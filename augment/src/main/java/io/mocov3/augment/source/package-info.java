/** Data sets on a disk: class folders, lists, IDX and CIFAR files, and mixtures of several. */
package io.mocov3.augment.source;
