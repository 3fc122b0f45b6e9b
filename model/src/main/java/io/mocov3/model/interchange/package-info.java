/** Weights under the names of other libraries: timm, transformers and the MoCo v3 reference. */
package io.mocov3.model.interchange;
