/** kNN beside training, and on its own features while it runs. */
package io.mocov3.actors.evaluation;
