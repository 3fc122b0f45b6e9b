/** Where libtorch computes, how wide, with what memory, and what time it is there. */
package io.mocov3.model.device;
