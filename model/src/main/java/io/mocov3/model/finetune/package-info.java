/** Training a whole network with labels, beginning with a pretrained backbone. */
package io.mocov3.model.finetune;
