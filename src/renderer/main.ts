import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import ui from '@nuxt/ui/vue-plugin'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router.ts'
import { useEngineStore } from './lib/stores/engine.ts'
import './styles/main.css'

const app = createApp(App)
app.use(createPinia())
useEngineStore().start()
app.use(router).use(ui).mount('#app')
