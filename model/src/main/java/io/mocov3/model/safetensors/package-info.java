/** Reading and writing safetensors files in plain Java, with every rule of the format enforced. */
package io.mocov3.model.safetensors;
