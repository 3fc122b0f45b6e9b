/** The mathematics of MoCo v3 on libtorch. Knows nothing of images files, actors or metrics. */
package io.mocov3.model;
