/** Networks from images (N, 3, H, W) to features (N, D): vision transformers and ResNets. */
package io.mocov3.model.backbone;
