/** The commands that exchange weights with other libraries. */
package io.mocov3.app.weights;
