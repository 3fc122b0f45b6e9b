/**
 * libtorch made safe: where tensors live, their precision, scopes and staging, and calls by
 * operator name.
 */
package io.mocov3.model.tensor;
