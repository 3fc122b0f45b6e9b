/** What training with labels does to images: RandAugment and random erasing. */
package io.mocov3.augment.policy;
