/** Fine-tuning and linear probes with augmentation: loops of commands, not of the daemon. */
package io.mocov3.actors.finetune;
