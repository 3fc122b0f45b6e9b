/** From settings to what the actors are made from. */
package io.mocov3.app.plan;
