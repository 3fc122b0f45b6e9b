/** What is read off a network while it learns: kNN accuracy and the health of features. */
package io.mocov3.model.evaluation;
